"""The doors: web pages, SPARQL protocol, question API and the command line `istc`."""
