"""The store: one writer, immutable versions, readers that can be killed."""
