"""What the public sees: each view takes the moment once, asks the gate, and renders."""
