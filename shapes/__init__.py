"""What must hold: SHACL shapes, one file a module of the ontology, as package data."""
