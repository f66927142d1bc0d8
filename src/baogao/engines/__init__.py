"""Where documents are worked on, when it is not in this process."""
