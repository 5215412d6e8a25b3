"""Stand-in for WeChat Pay: same wire format and signatures, keys of its own, no money."""
