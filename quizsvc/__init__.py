"""quizsvc: a self-grading quiz and practice service around one computation graph per problem."""
