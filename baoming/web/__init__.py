"""All HTTP. No rules and no writes of its own: a view finds the row in scope, calls one service, answers."""
