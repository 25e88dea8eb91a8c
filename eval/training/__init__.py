"""Training the reader: public question sets to examples, examples to weights, weights to the file that travels."""
