"""Files of other information: checked and staged, applied, taken back. Each public function is one act of an office."""
