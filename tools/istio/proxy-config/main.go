// Command proxy-config prints what istiod would send to proxies, by istiod's own code and without any server.
//
// Standard input is JSON: for each istiod its cluster's Kubernetes objects, Istio objects and mesh config, and the
// sidecars that ask it. The file that the argument names takes JSON: for each istiod and sidecar the clusters, endpoints,
// listeners, routes and resolved names.
package main

import (
	"encoding/json"
	"log"
	"os"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/util"
	"istio.io/istio/pilot/pkg/serviceregistry/util/label"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/network"
	"istio.io/istio/pkg/spiffe"
	"istio.io/istio/pkg/test"
)

// Istiod is what one istiod looks at, each part as YAML, and the sidecars that ask it.
type Istiod struct {
	Cluster                 string
	Kubernetes, Istio, Mesh string
	Sidecars                []Sidecar
}

// Sidecar is a proxy that asks.
type Sidecar struct {
	Name, Namespace, Address, Account string
	Region, Zone, Subzone, Network    string
	Labels                            map[string]string
}

// Answer is what one proxy gets.
type Answer struct {
	Clusters  []json.RawMessage   `json:"clusters"`
	Endpoints []json.RawMessage   `json:"endpoints"`
	Listeners []json.RawMessage   `json:"listeners"`
	Routes    []json.RawMessage   `json:"routes"`
	Names     map[string][]string `json:"names"`
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: proxy-config FILE < INPUT")
	}
	var input []Istiod
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		log.Fatal(err)
	}
	answers := make([]map[string]Answer, len(input))
	for index, given := range input {
		if err := test.Wrap(func(t test.Failer) { answers[index] = answer(t, given) }); err != nil {
			log.Fatalf("cluster %d, %s: %v", index, given.Cluster, err)
		}
	}
	written, err := json.Marshal(answers)
	if err == nil {
		err = os.WriteFile(os.Args[1], written, 0o644)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// answer starts an istiod and asks it for each of its sidecars.
func answer(t test.Failer, given Istiod) map[string]Answer {
	meshConfig, err := mesh.ApplyMeshConfigDefaults(given.Mesh)
	if err != nil {
		t.Fatal(err)
	}
	configs, _, err := crd.ParseInputs(given.Istio)
	if err != nil {
		t.Fatal(err)
	}
	for index := range configs {
		configs[index].Domain = constants.DefaultClusterLocalDomain // the end of short hosts, as the cluster's client has it
	}
	server := xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
		DefaultClusterName:     cluster.ID(given.Cluster),
		KubernetesObjectString: given.Kubernetes,
		Configs:                configs,
		MeshConfig:             meshConfig,
	})
	answers := map[string]Answer{}
	for _, one := range given.Sidecars {
		identity := &spiffe.Identity{
			TrustDomain: meshConfig.TrustDomain, Namespace: one.Namespace, ServiceAccount: one.Account,
		}
		// what istiod does when a proxy connects
		locality := &core.Locality{Region: one.Region, Zone: one.Zone, SubZone: one.Subzone}
		labels := label.AugmentLabels(
			one.Labels, cluster.ID(given.Cluster), util.LocalityToString(locality), "", network.ID(one.Network))
		proxy := server.SetupProxy(&model.Proxy{
			Type:             model.SidecarProxy,
			ID:               one.Name + "." + one.Namespace,
			IPAddresses:      []string{one.Address},
			DNSDomain:        one.Namespace + ".svc.cluster.local",
			ConfigNamespace:  one.Namespace,
			Labels:           labels,
			Locality:         locality,
			VerifiedIdentity: identity,
			Metadata: &model.NodeMetadata{
				Namespace: one.Namespace, Labels: one.Labels, ClusterID: cluster.ID(given.Cluster), Network: network.ID(one.Network),
				DNSCapture: true, DNSAutoAllocate: true, InterceptionMode: "REDIRECT",
			},
		})
		names := map[string][]string{}
		for host, found := range server.ConfigGen.BuildNameTable(proxy, server.PushContext()).Table {
			names[host] = found.Ips
		}
		answers[one.Name] = Answer{
			Clusters:  written(t, server.Clusters(proxy)),
			Endpoints: written(t, server.Endpoints(proxy)),
			Listeners: written(t, server.Listeners(proxy)),
			Routes:    written(t, server.Routes(proxy)),
			Names:     names,
		}
	}
	return answers
}

// written is the resources as JSON with the names of their protobuf fields, as `config_dump` has them.
func written[T proto.Message](t test.Failer, resources []T) []json.RawMessage {
	found := []json.RawMessage{}
	for _, one := range resources {
		text, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, text)
	}
	return found
}
