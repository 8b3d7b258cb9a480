# hint: What are the three arguments of `__exit__` then?
class suppress_key_error:
    def __enter__(self):
        self.error = None
        return self

    def __exit__(self, exc_type, exc, traceback):
        if issubclass(exc_type, KeyError):
            self.error = exc
            return True
        return False
