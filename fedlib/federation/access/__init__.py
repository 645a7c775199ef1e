"""Access: who may call the pods of a Service, and over what."""
