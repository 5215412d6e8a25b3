"""SMS and inbox: templates, providers, outbox and delivery state."""
