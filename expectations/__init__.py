"""What a version must satisfy: Great Expectations suites built in code, the gates over them, and the report."""
