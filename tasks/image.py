"""Build the container image of PostgreSQL from the embedded server's files.

For machines without an image registry; where there is one, the official
postgres:18 is used and this is not needed. It stands in for the official
image and is not it.

    python3 run.py image TAG
"""
