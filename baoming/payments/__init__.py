"""The truth about every payment: fees, orders, notices, and when a step is paid."""
