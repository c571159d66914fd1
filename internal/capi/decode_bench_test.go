package capi

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"
)

// aPage is a page of n processes as Cloud Controller writes them.
func aPage(n int) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"pagination":{"total_results":%d,"total_pages":1,"first":{"href":"x"},"last":{"href":"x"},"next":null,"previous":null},"resources":[`, n)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		guid := fmt.Sprintf("%08d-f2e9-49b6-a365-46f23653421a", i)
		link := `{"href":"https://api.example.org/v3/processes/` + guid + `/more"}`
		fmt.Fprintf(&b, `{"guid":"%s","created_at":"2026-11-25T15:12:13Z","updated_at":"2026-11-25T15:38:35Z",`+
			`"version":"f68e129d-47d0-4146-af2f-b39d351b5c02","type":"web","command":"[PRIVATE DATA HIDDEN IN LISTS]","user":"vcap",`+
			`"instances":1,"memory_in_mb":1024,"disk_in_mb":1024,"log_rate_limit_in_bytes_per_second":1048576,`+
			`"health_check":{"type":"port","data":{"timeout":null,"invocation_timeout":null,"interval":null}},`+
			`"readiness_health_check":{"type":"process","data":{"invocation_timeout":null,"interval":null}},`+
			`"relationships":{"app":{"data":{"guid":"%[1]s"}},"revision":{"data":{"guid":"be639a91-a209-4920-b4c5-00178156c262"}}},`+
			`"metadata":{"labels":{"env":"prod","example.com/team":"a-b.c_d"},"annotations":{"note":"Grüße 日本"}},`+
			`"links":{"self":%[2]s,"scale":%[2]s,"app":%[2]s,"space":%[2]s,"stats":%[2]s,"process_instances":%[2]s}}`, guid, link)
	}
	b.WriteString("]}")
	return b.Bytes()
}

func BenchmarkDecodePage(b *testing.B) {
	body := aPage(1000)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if err := decode(body, new(page[Process])); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheckStrict is the part of it that looks for ambiguous JSON.
func BenchmarkCheckStrict(b *testing.B) {
	body := aPage(1000)
	expected := shapeOf(reflect.TypeFor[*page[Process]]())
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if err := checkStrict(body, expected); err != nil {
			b.Fatal(err)
		}
	}
}
