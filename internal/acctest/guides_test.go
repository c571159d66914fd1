package acctest_test

// guides is how the configuration of each guide is run.
var guides = map[string]func(*exampleRun){}
