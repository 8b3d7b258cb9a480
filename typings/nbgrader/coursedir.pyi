class CourseDirectory:
    root: str
