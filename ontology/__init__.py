"""What may be said: OWL 2 modules, SKOS concept schemes and alignments, as package data."""
