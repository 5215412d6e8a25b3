"""Print engine and print log: versions, hashes, QR, void. Knows no domain."""
