using System.Text.Json;

namespace ImageSdk.OpenStack.Keystone;

/// <summary>The addresses of a cloud's services, as it tells them to who logs in.</summary>
sealed record ServiceCatalogue(IReadOnlyList<CatalogueEndpoint> Endpoints)
{
    public static ServiceCatalogue Empty { get; } = new([]);

    /// <param name="catalogue">[{"type": …, "endpoints": [{"interface": …, "region": …, "url": …}]}]; parts of another form are passed over.</param>
    public static ServiceCatalogue Read(JsonElement catalogue) => catalogue.ValueKind != JsonValueKind.Array ? Empty : new(
    [
        .. from service in catalogue.EnumerateArray()
           where service.ValueKind == JsonValueKind.Object && service.TryGetProperty("endpoints", out var listed) && listed.ValueKind == JsonValueKind.Array
           from endpoint in service.GetProperty("endpoints").EnumerateArray()
           where endpoint.ValueKind == JsonValueKind.Object
           select new CatalogueEndpoint(Text(service, "type"), Text(endpoint, "interface"), Text(endpoint, "region_id") is { Length: > 0 } region ? region : Text(endpoint, "region"), Text(endpoint, "url")),
    ]);

    /// <summary>Null where there is none.</summary>
    public string? Find(string service, string @interface, string region) => Endpoints
        .FirstOrDefault(endpoint => endpoint.Service == service && endpoint.Interface == @interface && (region.Length == 0 || endpoint.Region == region))?.Url;

    /// <summary>For messages: what there is of a service, or which services there are.</summary>
    public string Describe(string service)
    {
        var of = Endpoints.Where(endpoint => endpoint.Service == service).ToList();
        return of.Count > 0
            ? $"it has that service as {string.Join(", ", of.Select(endpoint => $"{endpoint.Interface} of region {endpoint.Region}").Distinct())}"
            : $"it has: {string.Join(", ", Endpoints.Select(endpoint => endpoint.Service).Distinct().DefaultIfEmpty("no services"))}";
    }

    static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}

/// <param name="Service">Its type, such as "image".</param>
/// <param name="Interface">"public", "internal" or "admin".</param>
sealed record CatalogueEndpoint(string Service, string Interface, string Region, string Url);
