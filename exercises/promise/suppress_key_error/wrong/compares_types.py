# hint: would catch a subclass too
class suppress_key_error:
    def __enter__(self):
        self.error = None
        return self

    def __exit__(self, exc_type, exc, traceback):
        if exc_type is KeyError:
            self.error = exc
            return True
        return False
