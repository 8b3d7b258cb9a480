# hint: LookupError is the family of KeyError
class suppress_key_error:
    def __enter__(self):
        self.error = None
        return self

    def __exit__(self, exc_type, exc, traceback):
        if isinstance(exc, LookupError):
            self.error = exc
            return True
        return False
