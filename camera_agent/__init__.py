"""Edge process of Rubezh: one camera pipeline per child process, a durable journal, and its delivery to the centre."""
