"""Key ring, sealed values and blind indexes."""
