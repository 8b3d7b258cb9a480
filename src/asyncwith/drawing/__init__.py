"""Drawings of concurrent code: what happened, in which task, in which order.

==============  ==========================================================
``timeline``    the events in their order, and the ledger that they make
``picture``     the timeline as swim lanes, in SVG
``recording``   watches the loop run tasks, and fills a timeline
``waits``       names the ``await`` at which a task is suspended
``syntaxtree``  rewrites a cell so that its ``with`` blocks are seen
``blocks``      what the rewritten cell calls
==============  ==========================================================

Nothing is drawn by importing it. In a notebook `asyncwith.extension` does it.
"""
