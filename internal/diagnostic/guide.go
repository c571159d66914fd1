package diagnostic

// Pages of the documentation that messages lead to.
const (
	guides = "https://registry.terraform.io/providers/cf-process/cf/latest/docs/guides/"

	// AuthenticationGuide says how to log in and what the errors mean.
	AuthenticationGuide = guides + "authentication"
	// LargeFoundationsGuide says how to read much with few requests.
	LargeFoundationsGuide = guides + "large-foundations"
)
