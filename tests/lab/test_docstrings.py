"""Every example in a docstring of the package is run and gives what it says."""

import doctest
import importlib
import pkgutil
import warnings

import pytest

import asyncwith

MODULES = [
    module.name
    for module in pkgutil.walk_packages(asyncwith.__path__, "asyncwith.")
    if not module.name.endswith(".__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of(name):
    module = importlib.import_module(name)
    finder = doctest.DocTestFinder(exclude_empty=True)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    output = []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for test in finder.find(module, name):
            runner.run(test, out=output.append, clear_globs=True)
    assert runner.summarize(verbose=False).failed == 0, "".join(output)


@pytest.mark.parametrize("name", sorted(asyncwith.__all__))
def test_a_public_function_or_class_has_an_example(name):
    public = getattr(asyncwith, name)
    if name.endswith("_ipython_extension"):
        pytest.skip("loaded by IPython, not called")
    finder = doctest.DocTestFinder(exclude_empty=True, recurse=True)
    tests = finder.find(public, name, module=importlib.import_module(public.__module__))
    assert any(test.examples for test in tests), f"{name} has no example that is run"


def test_there_is_something_to_run():
    assert "asyncwith.sweeping.cancellation" in MODULES
    assert "asyncwith.postgres" in MODULES
