"""What a card reader agent knows of chips: the text block that they hand out (GA/T 490)."""
