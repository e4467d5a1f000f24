using ImageSdk.ImageService.Tests.Harness;

namespace ImageSdk.ImageService.Tests.Api;

/// <summary>Requests about jobs that the original has not.</summary>
public sealed class JobRequestTests
{
    [Fact]
    public async Task A_job_that_waits_ends_at_once_when_it_is_cancelled_and_may_be_tried_again()
    {
        await using var service = await TestService.StartAsync();
        var id = await service.AddCreateJobAsync();
        Assert.Equal(409, (await service.SendAsync("POST", $"/v3/jobs/{id}/retry")).Status);
        var cancelled = await service.SendAsync("POST", $"/v3/jobs/{id}/cancel");
        Assert.Equal((202, "error"), (cancelled.Status, cancelled.Json!["status"]!.GetValue<string>()));
        // One that is over stays as it is.
        Assert.Equal("error", (await service.SendAsync("POST", $"/jobs/{id}/cancel")).Json!["status"]!.GetValue<string>());
        var again = await service.SendAsync("POST", $"/v2/jobs/{id}/retry");
        Assert.Equal((202, "creating"), (again.Status, again.Json!["status"]!.GetValue<string>()));
        Assert.Equal("error", (await service.SendAsync("POST", $"/v3/jobs/{id}/cancel")).Json!["status"]!.GetValue<string>());
        Assert.Equal(204, (await service.SendAsync("DELETE", $"/v3/jobs/{id}")).Status);
        foreach (var verb in new[] { "cancel", "retry" })
            Assert.Equal(404, (await service.SendAsync("POST", $"/v3/jobs/{id}/{verb}")).Status);
        Assert.Equal(404, (await service.SendAsync("GET", $"/v3/jobs/{id}/log")).Status);
    }

    [Fact]
    public async Task A_log_ends_with_its_job()
    {
        await using var service = await TestService.StartAsync();
        var id = await service.AddCreateJobAsync();
        Assert.Equal((200, "text/plain", ""), await LogAsync(""));
        await service.SendAsync("POST", $"/v3/jobs/{id}/cancel");
        Assert.Equal((200, "text/plain", ""), await LogAsync("?follow=true"));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/apis/ims/v3/jobs/{id}/log") { Headers = { { "Accept", "text/event-stream" } } };
        using var events = await service.Client.SendAsync(request);
        Assert.Equal("text/event-stream", events.Content.Headers.ContentType!.MediaType);
        Assert.Equal("event: end\ndata:\n\n", await events.Content.ReadAsStringAsync());

        async Task<(int, string?, string)> LogAsync(string query)
        {
            var answer = await service.SendAsync("GET", $"/v3/jobs/{id}/log{query}");
            return (answer.Status, answer.Type, answer.Body);
        }
    }

    [Theory]
    [InlineData("1d6h", true)]
    [InlineData("90m", true)]
    [InlineData("2w", true)]
    [InlineData("", false)]
    [InlineData("bogus", false)]
    [InlineData("3", false)]
    [InlineData("-1d", false)]
    [InlineData("99999999999h", false)]
    public async Task An_age_that_cannot_be_read_removes_nothing(string age, bool isOne)
    {
        await using var service = await TestService.StartAsync();
        var id = await service.AddCreateJobAsync();
        Assert.Equal(isOne ? 204 : 400, (await service.SendAsync("DELETE", $"/v3/jobs?age={age}")).Status);
        Assert.Equal(200, (await service.SendAsync("GET", $"/v3/jobs/{id}")).Status);
    }
}
