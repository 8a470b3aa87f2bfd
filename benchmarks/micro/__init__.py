"""What each step costs as its input grows (`make microbench`): looked at, never asserted on, and no part of `make test`."""
