"""A month of publications on one channel, on a clock that the test moves."""
