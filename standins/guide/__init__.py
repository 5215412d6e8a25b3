"""What a newcomer has to know of the demo, on a page: who can sign in, and whose slip is at hand."""
