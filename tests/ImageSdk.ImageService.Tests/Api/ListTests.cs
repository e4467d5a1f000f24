using System.Text.Json.Nodes;
using ImageSdk.ImageService.Records;
using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>Lists of records, whole, in pages and by name.</summary>
public sealed class ListTests
{
    [Fact]
    public async Task A_list_comes_in_pages_though_records_come_and_go()
    {
        await using var service = await TestService.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
            ids.Add((await service.SendAsync("POST", "/v3/images", new { name = i % 2 == 0 ? "even é&" : "odd" })).Json!["id"]!.GetValue<string>());
        var (found, next) = (new List<string>(), (string?)"/v3/images?limit=3");
        for (var page = 0; next is not null; page++)
        {
            using var answer = await service.Client.GetAsync(next);
            found.AddRange(JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsArray().Select(image => image!["id"]!.GetValue<string>()));
            next = answer.Headers.TryGetValues("Link", out var links) ? links.Single().Split('>')[0].TrimStart('<') : null;
            if (page == 0)
            {
                // The last one of the page goes, and a new one comes.
                await service.SendAsync("DELETE", $"/v3/images/{ids[2]}");
                ids.Add((await service.SendAsync("POST", "/v3/images", new { name = "late" })).Json!["id"]!.GetValue<string>());
            }
        }
        Assert.Equal(ids, found);

        Assert.Equal(3, (await service.SendAsync("GET", "/v2/images?name=even%20%C3%A9%26")).Json!.AsArray().Count);
        Assert.Equal("[]", (await service.SendAsync("GET", "/images?name=none")).Body);
        Assert.Single((await service.SendAsync("GET", "/v3/deleted/images?name=even%20%C3%A9%26&limit=5")).Json!.AsArray());
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=10001")]
    [InlineData("limit=many")]
    [InlineData("limit=1&after=-1")]
    public async Task A_page_that_cannot_be_is_refused(string query)
    {
        await using var service = await TestService.StartAsync();
        Assert.Equal(400, (await service.SendAsync("GET", $"/v3/recipes?{query}")).Status);
    }
}
