"""What sources and publishers of one technology share: connections, declarations, URLs."""
