"""How an edition comes to be public: draft, review, publish, withdraw, compare."""
