# hint: Each block keeps its own error
class suppress_key_error:
    def __enter__(self):
        type(self).error = None
        return self

    def __exit__(self, exc_type, exc, traceback):
        if isinstance(exc, KeyError):
            type(self).error = exc
            return True
        return False
