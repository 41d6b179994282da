"""What others publish, as the tables that our own sources use."""
