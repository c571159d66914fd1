package main

import (
	"net/http"
	"strings"
)

// patchBodies are the bodies of PATCH. The process is restored after each.
const patchBodies = `
! {}
! {"command":"bin/conformance"}
! {"command":null}
{"command":""}
{"command":" "}
{"command":"{x:4096}"}
{"command":"{x:4097}"}
{"command":5}
{"command":true}
{"command":["a"]}
{"command":{"a":"b"}}
{"Command":"bin/conformance"}
{"command":"[PRIVATE DATA HIDDEN IN LISTS]"}
! {"user":"vcap"}
! {"user":null}
{"user":""}
{"user":" "}
! {"user":"no-such-user"}
{"user":"{x:256}"}
{"user":5}
! {"health_check":{"type":"process"}}
! {"health_check":{"type":"port"}}
! {"health_check":{"type":"http","data":{"endpoint":"/conformance"}}}
! {"health_check":{"type":"http","data":{"endpoint":"/","timeout":60,"invocation_timeout":2,"interval":5}}}
! {"health_check":{"data":{"timeout":61}}}
! {"health_check":{"data":{"timeout":null}}}
! {"health_check":{"data":{"invocation_timeout":null,"interval":null}}}
{"health_check":{"type":"http"}}
{"health_check":{"type":"http","data":{"endpoint":null}}}
{"health_check":{"type":"http","data":{"endpoint":""}}}
{"health_check":{"type":"http","data":{"endpoint":"no-slash"}}}
{"health_check":{"type":"http","data":{"endpoint":"/a b"}}}
{"health_check":{"type":"http","data":{"endpoint":"//a"}}}
{"health_check":{"type":"http","data":{"endpoint":"/a?b=c#d"}}}
{"health_check":{"type":"http","data":{"endpoint":"/%zz"}}}
{"health_check":{"type":"http","data":{"endpoint":"http://example.org/"}}}
{"health_check":{"type":"http","data":{"endpoint":"/{x:254}"}}}
{"health_check":{"type":"http","data":{"endpoint":"/{x:255}"}}}
{"health_check":{"type":"http","data":{"endpoint":5}}}
{"health_check":{"type":"none"}}
{"health_check":{"type":"nope"}}
{"health_check":{"type":"PORT"}}
{"health_check":{"type":""}}
{"health_check":{"type":null}}
{"health_check":{"type":5}}
{"health_check":{"data":{"timeout":0}}}
{"health_check":{"data":{"timeout":-1}}}
{"health_check":{"data":{"timeout":1.5}}}
{"health_check":{"data":{"timeout":2.0}}}
{"health_check":{"data":{"timeout":"5"}}}
{"health_check":{"data":{"timeout":"word"}}}
{"health_check":{"data":{"timeout":true}}}
{"health_check":{"data":{"timeout":[1]}}}
{"health_check":{"data":{"timeout":100000}}}
{"health_check":{"data":{"timeout":2147483648}}}
{"health_check":{"data":{"timeout":99999999999999999999}}}
{"health_check":{"data":{"invocation_timeout":0}}}
{"health_check":{"data":{"invocation_timeout":2147483648}}}
{"health_check":{"data":{"interval":0}}}
{"health_check":{"data":{"interval":2147483648}}}
{"health_check":{"data":{"unknown":1}}}
{"health_check":{"unknown":1}}
{"health_check":{"data":{}}}
{"health_check":{"data":null}}
{"health_check":{"data":"word"}}
{"health_check":{"data":[]}}
{"health_check":{}}
{"health_check":null}
{"health_check":"word"}
{"health_check":[]}
{"health_check":5}
! {"readiness_health_check":{"type":"process"}}
! {"readiness_health_check":{"type":"port"}}
! {"readiness_health_check":{"type":"http","data":{"endpoint":"/ready","invocation_timeout":2,"interval":5}}}
! {"readiness_health_check":{"data":{"interval":7}}}
{"readiness_health_check":{"type":"http","data":{"endpoint":null}}}
{"readiness_health_check":{"data":{"timeout":5}}}
{"readiness_health_check":{"data":{"interval":0}}}
{"readiness_health_check":{"type":"nope"}}
{"readiness_health_check":{"type":null}}
{"readiness_health_check":null}
! {"metadata":{"labels":{"conformance":"yes"},"annotations":{"conformance":"yes"}}}
! {"metadata":{"labels":{"no-such-label":null},"annotations":{"no-such-annotation":null}}}
! {"metadata":{"labels":{"example.org/conformance":""}}}
{"metadata":{"labels":{}}}
{"metadata":{"labels":null}}
{"metadata":{"labels":[]}}
{"metadata":{"labels":"word"}}
{"metadata":{"labels":{"a":5}}}
{"metadata":{"labels":{"a":true}}}
{"metadata":{"labels":{"":"a"}}}
{"metadata":{"labels":{"-a":"b"}}}
{"metadata":{"labels":{"ä":"b"}}}
{"metadata":{"labels":{"{x:63}":"b"}}}
{"metadata":{"labels":{"{x:64}":"b"}}}
{"metadata":{"labels":{"/a":"b"}}}
{"metadata":{"labels":{"example.org/":"b"}}}
{"metadata":{"labels":{"a/b/c":"d"}}}
{"metadata":{"labels":{"nodot/a":"b"}}}
{"metadata":{"labels":{"under_score.org/a":"b"}}}
{"metadata":{"labels":{"EXAMPLE.org/a":"b"}}}
{"metadata":{"labels":{"cloudfoundry.org/a":"b"}}}
{"metadata":{"labels":{"x.cloudfoundry.org/a":"b"}}}
{"metadata":{"labels":{"a":"{x:63}"}}}
{"metadata":{"labels":{"a":"{x:64}"}}}
{"metadata":{"labels":{"a":"-b"}}}
{"metadata":{"labels":{"a":"b c"}}}
{"metadata":{"labels":{"a":"ä"}}}
{"metadata":{"labels":{{n:51}}}}
{"metadata":{"annotations":{"a":"{x:5000}"}}}
{"metadata":{"annotations":{"a":"{x:5001}"}}}
{"metadata":{"annotations":{"a":"größe 目録"}}}
{"metadata":{"annotations":{"a":5}}}
{"metadata":{"annotations":{"a":{}}}}
{"metadata":{"annotations":{"":"a"}}}
{"metadata":{"annotations":{"EXAMPLE.org/a":"b"}}}
{"metadata":{"annotations":{{n:201}}}}
{"metadata":{"unknown":{}}}
{"metadata":{}}
{"metadata":null}
{"metadata":5}
{"instances":1}
{"memory_in_mb":64}
{"type":"worker"}
{"unknown":1}
{"unknown":1,"health_check":{"type":"nope"},"metadata":{"labels":{"-a":"b"}}}
{"metadata":{"labels":{"a":"b"}},"metadata":{"labels":{}}}
null
[]
"word"
5
{
{"command":}
{} trailing
`

// scaleBodies are the bodies of scale. No body requests much more than the process
// has, since a foundation without a quota would start it.
const scaleBodies = `
! {}
! {"instances":{instances},"memory_in_mb":{memory},"disk_in_mb":{disk}}
! {"instances":0}
{"instances":-1}
{"instances":1.5}
{"instances":2147483648}
{"instances":99999999999999999999}
{"instances":"word"}
{"instances":true}
{"instances":[]}
{"instances":null}
{"memory_in_mb":0}
{"memory_in_mb":-1}
{"memory_in_mb":1.5}
{"memory_in_mb":"word"}
{"memory_in_mb":{}}
{"memory_in_mb":null}
{"disk_in_mb":0}
{"disk_in_mb":-1}
{"disk_in_mb":"word"}
{"disk_in_mb":null}
! {"log_rate_limit_in_bytes_per_second":-1}
! {"log_rate_limit_in_bytes_per_second":1048576}
{"log_rate_limit_in_bytes_per_second":-2}
{"log_rate_limit_in_bytes_per_second":1.5}
{"log_rate_limit_in_bytes_per_second":"word"}
{"log_rate_limit_in_bytes_per_second":null}
{"unknown":1}
{"instances":-1,"memory_in_mb":0}
null
[]
"word"
{
{} trailing
`

// otherWrites are the method, the target and the body of requests that do not
// change anything, since they are refused or their object does not exist. None
// deploys, restarts, stops or deletes the app: that cannot be restored.
const otherWrites = `
HEAD process /v3/processes/{guid}
HEAD process /v3/processes?app_guids={app}
HEAD stats /v3/processes/{guid}/stats
POST - /v3/processes {}
PUT process /v3/processes/{none} {}
DELETE process /v3/processes/{none}
! PATCH process /v3/processes/{none} {}
! PATCH process /v3/apps/{app}/processes/no-such-type {}
! PATCH process /v3/apps/{none}/processes/{type} {}
PATCH process /v3/apps/{app}/processes/{type} {"unknown":1}
PATCH process /v3/apps/{app}/processes/{type}%2Ejson {}
PATCH - /v3/processes/{guid}/actions/scale {}
! POST process /v3/processes/{none}/actions/scale {}
! POST process /v3/apps/{app}/processes/no-such-type/actions/scale {}
! POST process /v3/apps/{none}/processes/{type}/actions/scale {}
POST process /v3/apps/{app}/processes/{type}/actions/scale {"unknown":1}
! DELETE - /v3/processes/{guid}/instances/9999999
DELETE - /v3/processes/{guid}/instances/99999999999999999999
DELETE - /v3/processes/{none}/instances/word
! DELETE - /v3/processes/{none}/instances/0
! DELETE - /v3/apps/{app}/processes/no-such-type/instances/0
! DELETE - /v3/apps/{app}/processes/{type}/instances/9999999
! DELETE - /v3/apps/{none}/processes/{type}/instances/0
DELETE - /v3/processes/{guid}/instances
! POST app /v3/apps/{none}/actions/restart
! POST app /v3/apps/{none}/actions/start
! POST app /v3/apps/{none}/actions/stop
! POST deployment /v3/deployments {"relationships":{"app":{"data":{"guid":"{none}"}}},"strategy":"rolling","options":{"max_in_flight":1}}
POST deployment /v3/deployments {"relationships":{"app":{"data":{"guid":"{none}"}}}}
POST deployment /v3/deployments {"relationships":{"app":{"data":{"guid":"{none}"}}},"strategy":"nope"}
POST deployment /v3/deployments {"relationships":{"app":{"data":{"guid":"{none}"}}},"options":{"max_in_flight":0}}
POST deployment /v3/deployments {"relationships":{"app":{"data":{"guid":"{none}"}}},"options":{"unknown":1}}
POST deployment /v3/deployments {"relationships":{"app":{"data":{"guid":"{none}"}}},"unknown":1}
POST deployment /v3/deployments {
! POST deployment /v3/deployments/{none}/actions/cancel
`

// writes are all requests of the writing half except the last ones.
func writes(a *comparedApp) []request {
	byGUID, byType := "/v3/processes/{guid}", "/v3/apps/{app}/processes/{type}"
	var out []request
	add := func(r request) {
		r.target, r.body = a.expand(r.target), a.expand(r.body)
		if a.mayWrite(r.body) {
			out = append(out, r)
		}
	}
	for i, l := range lines(patchBodies) {
		add(request{kind: process, method: http.MethodPatch, target: byGUID, body: l.text, sent: l.sent})
		if i%8 == 1 { // a sample: servers use the same code for both forms of address
			add(request{kind: process, method: http.MethodPatch, target: byType, body: l.text, sent: l.sent})
		}
	}
	for i, l := range lines(scaleBodies) {
		add(request{kind: process, method: http.MethodPost, target: byGUID + "/actions/scale", body: l.text, sent: l.sent})
		if i%8 == 1 {
			add(request{kind: process, method: http.MethodPost, target: byType + "/actions/scale", body: l.text, sent: l.sent})
		}
	}
	for _, contentType := range []string{"text/plain", "application/x-www-form-urlencoded"} {
		add(request{kind: process, method: http.MethodPatch, target: byGUID, body: `{}`, contentType: contentType})
	}
	for _, target := range []string{byGUID, byGUID + "/actions/scale"} {
		method := http.MethodPatch
		if target != byGUID {
			method = http.MethodPost
		}
		add(request{kind: process, method: method, target: target})
		add(request{kind: process, method: method, target: target, body: `{}`, login: withoutCredential})
		add(request{kind: process, method: method, target: target, body: `{}`, login: withHeader, header: "bearer not-a-token"})
	}
	for _, l := range lines(otherWrites) {
		method, rest, _ := strings.Cut(l.text, " ")
		kindName, rest, _ := strings.Cut(rest, " ")
		target, body, _ := strings.Cut(rest, " ")
		add(request{kind: kind(kindName), method: method, target: target, body: body, sent: l.sent})
	}
	return out
}

// lastWrites terminate an instance, which the platform starts again. They come
// last, because the stats differ for a while.
func lastWrites(a *comparedApp) []request {
	return []request{{
		kind: nothing, method: http.MethodDelete, target: a.expand("/v3/processes/{guid}/instances/0"), sent: true,
	}}
}

// mayWrite reports whether the changes of a body can be restored: all its fields
// are visible on this foundation and for this role.
func (a *comparedApp) mayWrite(body string) bool {
	for _, field := range []string{"command", "user", "health_check", "readiness_health_check", "log_rate_limit_in_bytes_per_second"} {
		if strings.Contains(strings.ToLower(body), `"`+field+`"`) && !a.canRestore(field) {
			return false
		}
	}
	return true
}
