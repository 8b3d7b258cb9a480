# hint: `as` binds what `__enter__` returns
class suppress_key_error:
    def __enter__(self):
        self.error = None

    def __exit__(self, exc_type, exc, traceback):
        if isinstance(exc, KeyError):
            self.error = exc
            return True
        return False
