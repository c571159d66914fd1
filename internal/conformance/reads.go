package main

import "strings"

// readTargets are the documents to read: the kind, then path and query. Some have
// dots, slashes and other characters where servers differ.
const readTargets = `
! root /
root /v3
root /v3/
- /v3/info
- /v3/nope
- /v3/processes/{guid}/nope
- /nope
- /v3//processes?app_guids={app}
! process /v3/processes/{guid}
process /v3/processes/{guid}/
process /v3/processes/{GUID}
process /v3/processes/{guid}.json
process /v3/processes/{guid}?foo=bar
process /v3/processes/{guid}?include=app
process /v3/processes/{guid}?per_page=1
! process /v3/processes/{none}
- /v3/processes/word
- /v3/processes/a%20b
- /v3/processes/a%2Fb
- /v3/processes/%FF
- /v3/processes/%00
- /v3/processes/x.y.z
- /v3/processes/%2E%2E
! process /v3/processes/{guid}?embed=process_instances
process /v3/processes/{guid}?embed=
process /v3/processes/{guid}?embed=nope
process /v3/processes/{guid}?embed=sidecars
process /v3/processes/{guid}?embed=process_instances,process_instances
process /v3/processes/{guid}?embed[]=process_instances
! process /v3/apps/{app}/processes/{type}
process /v3/apps/{app}/processes/{type}/
process /v3/apps/{app}/processes/{type}?foo=bar
process /v3/apps/{app}/processes/{type}?embed=process_instances
process /v3/apps/{app}/processes/{type}.json
process /v3/apps/{app}/processes/{type}%2Ejson
! process /v3/apps/{app}/processes/no-such-type
process /v3/apps/{app}/processes/a.b_c
process /v3/apps/{app}/processes/a%2Eb%2Fc
process /v3/apps/{app}/processes/x%20y
process /v3/apps/{app}/processes/%2E%2E
process /v3/apps/{app}/processes/{x:300}
! process /v3/apps/{none}/processes/{type}
! stats /v3/processes/{guid}/stats
stats /v3/processes/{guid}/stats/
stats /v3/processes/{guid}/stats?foo=bar
stats /v3/processes/{guid}/stats?per_page=1
! stats /v3/processes/{none}/stats
! stats /v3/apps/{app}/processes/{type}/stats
stats /v3/apps/{app}/processes/{type}/stats?embed=nope
! stats /v3/apps/{app}/processes/no-such-type/stats
stats /v3/apps/{app}/processes/a.b_c/stats
! stats /v3/apps/{none}/processes/{type}/stats
! instances /v3/processes/{guid}/process_instances
instances /v3/processes/{guid}/process_instances?foo=bar
instances /v3/processes/{guid}/process_instances/
! instances /v3/processes/{none}/process_instances
instances /v3/apps/{app}/processes/{type}/process_instances
- /v3/processes/{guid}/instances
- /v3/processes/{guid}/instances/0
- /v3/processes/{guid}/actions/scale
- /v3/apps/{app}/processes/{type}/sidecars
! sidecar /v3/processes/{none}/sidecars
! process /v3/apps/{none}/processes
! app /v3/apps/{app}
app /v3/apps/{app}?foo=bar
! app /v3/apps/{none}
! space /v3/spaces/{space}
space /v3/spaces/{space}?include=organization
! space /v3/spaces/{none}
! organization /v3/organizations/{org}
! organization /v3/organizations/{none}
! deployment /v3/deployments/{none}
- /v3/apps/{app}/actions/restart
`

// list is a list, filtered by the app, with its queries.
type list struct {
	kind   kind
	path   string // has a filter, so that a query follows with &
	tables []string
}

func lists() []list {
	return []list{
		{process, "/v3/processes?app_guids={app}", []string{pageQueries, orderQueries, labelQueries, timeQueries, processQueries}},
		{process, "/v3/apps/{app}/processes?", []string{pageQueries, orderQueries, labelQueries, timeQueries, processQueries}},
		{sidecar, "/v3/processes/{guid}/sidecars?", []string{pageQueries, orderQueries}},
		{sidecar, "/v3/apps/{app}/sidecars?", []string{shortQueries}},
		{app, "/v3/apps?guids={app}", []string{shortQueries, appQueries}},
		{space, "/v3/spaces?guids={space}", []string{shortQueries, spaceQueries}},
		{organization, "/v3/organizations?names={orgname}", []string{shortQueries, organizationQueries}},
		{deployment, "/v3/deployments?app_guids={app}&status_values=ACTIVE", []string{shortQueries, deploymentQueries}},
	}
}

// A dot means no further query.
const pageQueries = `
! .
page=0
! page=1&per_page=50
page=-1
page=word
page=
page=1.5
page=999
page=9223372036854775807
page=99999999999999999999
per_page=0
per_page=1
! per_page=1&page=2
per_page=1&page=999
per_page=-1
! per_page=5000
per_page=5001
per_page=word
per_page=
per_page=0x10
per_page=%2B3
per_page=%203
per_page=1&per_page=2
unknown=1
unknown[]=1
page[]=1
`

const orderQueries = `
! order_by=created_at
! order_by=-created_at
! order_by=updated_at
! order_by=-updated_at
order_by=+created_at
order_by=%2Bcreated_at
order_by=CREATED_AT
order_by=id
order_by=name
order_by=state
order_by=nope
order_by=-
order_by=
order_by=created_at,updated_at
`

const labelQueries = `
! label_selector=no-such-label
! label_selector=!no-such-label
! label_selector=no-such-label%3Da
! label_selector=no-such-label!%3Da
label_selector=no-such-label%3D%3Da
! label_selector=no-such-label%20in%20(a,b)
! label_selector=no-such-label%20notin%20(a,b)
! label_selector=a%3Db,c%3Dd
! label_selector=example.org/no-such-label
! label_selector=no-such-label%3D
label_selector=
label_selector=,
label_selector=%3Da
label_selector=a%3Db%3Dc
label_selector=a%20in%20()
label_selector=a%20in%20b
label_selector=a%20IN%20(b)
label_selector=a%20b
label_selector=!
label_selector=-a
label_selector=a-
label_selector=/a
label_selector=a/
label_selector=a/b/c
label_selector=nodot/a
label_selector=cloudfoundry.org/a
label_selector=a%3D-b
label_selector=a%3Dä
label_selector={x:63}
label_selector={x:64}
label_selector=a%3D{x:63}
label_selector=a%3D{x:64}
label_selector=a%3Db&label_selector=c%3Dd
`

const timeQueries = `
! created_ats={created}
! created_ats=2001-01-01T00:00:00Z
! created_ats=2001-01-01T00:00:00Z,{created}
! created_ats[lt]=2001-01-01T00:00:00Z
! created_ats[gt]=2001-01-01T00:00:00Z
! created_ats[lte]=2101-01-01T00:00:00Z
! created_ats[gte]=2101-01-01T00:00:00Z
! created_ats[gt]=2001-01-01T00:00:00Z&created_ats[lt]=2101-01-01T00:00:00Z
created_ats%5Blt%5D=2001-01-01T00:00:00Z
created_ats[lt]=2001-01-01T00:00:00Z,2002-01-01T00:00:00Z
created_ats[lt]=2001-01-01T00:00:00Z&created_ats[lt]=2101-01-01T00:00:00Z
created_ats[ne]=2001-01-01T00:00:00Z
created_ats[LT]=2001-01-01T00:00:00Z
created_ats[lt]=
created_ats=
created_ats=word
created_ats=2001-01-01
created_ats=2001-01-01T00:00:00%2B01:00
created_ats=2001-01-01T00:00:00.5Z
created_ats=2001-01-01t00:00:00z
! updated_ats[gt]=2001-01-01T00:00:00Z
! updated_ats[lt]=2001-01-01T00:00:00Z
! updated_ats=2001-01-01T00:00:00Z
updated_ats[lt]=word
updated_ats=
`

const processQueries = `
! types={type}
! types=no-such-type
! types={type},no-such-type
types=
types=,
types=%20{type}
types={type}%20
types=a%252Cb
types=%2577eb
types[]={type}
types=no-such-type&types={type}
types=WEB
! guids={guid}
! guids={none}
! guids={guid},{none}
guids={guid},{guid}
guids={GUID}
guids=
guids=%20{guid}
guids=word
! space_guids={space}
! space_guids={none}
space_guids=
! organization_guids={org}
! organization_guids={none}
organization_guids=
app_guid={app}
app_guids[]={app}
! app_guids={none}
names=a
include=app
! embed=process_instances
embed=
embed=nope
embed=sidecars
embed=process_instances,process_instances
embed=process_instances,nope
embed[]=process_instances
a=%FF
=1
foo
`

const shortQueries = `
! .
page=0
per_page=0
per_page=5001
! per_page=1&page=2
page=999
! order_by=created_at
order_by=nope
unknown=1
created_ats[gt]=2001-01-01T00:00:00Z
created_ats=word
! label_selector=no-such-label
label_selector=a%20in%20()
`

const appQueries = `
! include=space.organization
! include=space
include=org
include=nope
include=
! names=no-such-app
names=
! space_guids={space}
! space_guids={none}
! organization_guids={none}
stacks=no-such-stack
order_by=name
order_by=-state
types=web
`

const spaceQueries = `
! include=organization
include=org
include=nope
! names=no-such-space
! organization_guids={org}
organization_guids={none}
order_by=name
order_by=state
`

const organizationQueries = `
guids={org}
guids={none}
order_by=name
include=space
`

const deploymentQueries = `
! order_by=-created_at
status_values=NOPE
status_reasons=DEPLOYING
states=DEPLOYING
status_values=
`

// foreignTargets respond with rows of other apps, too, or without rows.
const foreignTargets = `
process /v3/processes?app_guids=
process /v3/processes?app_guids=,
process /v3/processes?app_guids=a%20b&per_page=1
process /v3/processes?app_guids={x:64}&per_page=1
process /v3/processes?app_guids=%C3%A4&per_page=1
process /v3/processes?app_guids={none},%20{app}&per_page=1
process /v3/processes?app_guids={app}%252C{none}&per_page=1
! app /v3/apps?guids={none}
app /v3/apps?guids=
! space /v3/spaces?guids={none}
! organization /v3/organizations?guids={none}
! deployment /v3/deployments?app_guids={none}
`

// headers are invalid values of Authorization.
var headers = []string{
	"bearer", "bearer not-a-token", "Bearer not-a-token", "not-a-token", "basic bm90OmEtdXNlcg==",
	"bearer not a token", "clientcert bm90LWEtY2VydA==",
}

// loginTargets are requested without a credential and with invalid ones.
const loginTargets = `
process /v3/processes/{guid}
process /v3/processes?app_guids={app}
process /v3/processes/{none}
stats /v3/processes/{guid}/stats
- /v3/nope
root /
`

// reads are all requests that read.
func reads(a *comparedApp) []request {
	var out []request
	for _, l := range lines(readTargets) {
		kindName, target, _ := strings.Cut(l.text, " ")
		out = append(out, get(kind(kindName), a.expand(target), l.sent))
	}
	for _, list := range lists() {
		for _, table := range list.tables {
			for _, l := range lines(table) {
				out = append(out, get(list.kind, a.expand(list.path+query(list.path, l.text)), l.sent))
			}
		}
	}
	for _, l := range lines(foreignTargets) {
		kindName, target, _ := strings.Cut(l.text, " ")
		r := get(kind(kindName), a.expand(target), l.sent)
		r.foreign = true
		out = append(out, r)
	}
	for _, l := range lines(loginTargets) {
		kindName, target, _ := strings.Cut(l.text, " ")
		r := get(kind(kindName), a.expand(target), false)
		r.login = withoutCredential
		out = append(out, r)
		for _, header := range headers {
			r.login, r.header = withHeader, header
			out = append(out, r)
		}
	}
	return out
}

// query is the part after the path of a list.
func query(path, text string) string {
	switch {
	case text == ".":
		return ""
	case strings.HasSuffix(path, "?"):
		return text
	default:
		return "&" + text
	}
}
