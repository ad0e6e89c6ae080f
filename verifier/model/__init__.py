"""What the model knows, told by itself: types are played, rules are read; there is no second list."""
