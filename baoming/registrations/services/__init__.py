"""What can be done to a registration. Each public function is one transaction and one verb of the office.

Every service locks the registration first; then, in this order, segment and order.
"""
