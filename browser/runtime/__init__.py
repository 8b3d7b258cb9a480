"""The book's cells in a browser's worker: loop, network, cells and their output."""
