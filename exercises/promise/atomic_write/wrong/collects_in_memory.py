# hint: What does somebody find who reads it meanwhile?
import io


class atomic_write:
    def __init__(self, path):
        self.path = path

    def __enter__(self):
        self.text = io.StringIO()
        return self.text

    def __exit__(self, exc_type, exc, traceback):
        if exc_type is None:
            with open(self.path, "w", encoding="utf-8") as file:
                file.write(self.text.getvalue())
