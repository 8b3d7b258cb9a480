# hint: keeps the exception object itself
class suppress_key_error:
    def __enter__(self):
        self.error = None
        return self

    def __exit__(self, exc_type, exc, traceback):
        if isinstance(exc, KeyError):
            self.error = str(exc)
            return True
        return False
