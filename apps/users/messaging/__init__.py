"""What people are told by SMS and e-mail: the words, the queue, and the ways out."""
