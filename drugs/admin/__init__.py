"""What editors see, in files named as the models'."""
