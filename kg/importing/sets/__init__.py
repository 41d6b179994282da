"""One data set a pair of files: `<key>.yaml` says what it is, `<key>.py` turns it into tables."""
