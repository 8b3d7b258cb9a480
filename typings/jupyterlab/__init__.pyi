"""What the project uses of JupyterLab, which has no annotations of its own."""
