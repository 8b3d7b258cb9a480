"""What the project uses of nbgrader, which has no annotations of its own."""
