using ImageSdk.Imaginator.Configuration;
using ImageSdk.Imaginator.Git;
using ImageSdk.Imaginator.Streams;

namespace ImageSdk.Imaginator.Tests.Streams;

public sealed class StreamTests
{
    static readonly Dictionary<string, string> none = [];

    static ManifestStream Stream(string url, string directory = "", Dictionary<string, string>? variables = null) =>
        new("users/bob/app", new() { ManifestUrl = url, ManifestDirectory = directory, Variables = variables ?? [] });

    [Fact]
    public void A_stream_s_own_variables_count_less_than_those_that_every_stream_has()
    {
        var environment = StreamEnvironment.Of(Stream("", variables: new() { ["A"] = "x-$IMAGE_STREAM-$ARCH", ["ARCH"] = "mine", ["B"] = "${IMAGE_STREAM[/1:2]}" }), "arm64");
        Assert.Equal(
            [("A", "x-users/bob/app-"), ("ARCH", "arm64"), ("B", "bob"), ("IMAGE_STREAM", "users/bob/app"), ("IMAGE_STREAM_DIRECTORY_NAME", "users/bob"), ("IMAGE_STREAM_LEAF_NAME", "app")],
            environment.Select(each => (each.Key, each.Value)));
        Assert.Equal(".", StreamEnvironment.Of(new("x", new()), "amd64")["IMAGE_STREAM_DIRECTORY_NAME"]);
    }

    [Fact]
    public void Locations_know_the_stream_s_variables_before_those_of_the_request_before_secret_ones()
    {
        var stream = Stream("https://$U:$P@host/$ARCH.git", "$IMAGE_STREAM_DIRECTORY_NAME/$D", new() { ["D"] = "own" });
        var request = new Dictionary<string, string> { ["D"] = "requested", ["U"] = "me" };
        var secrets = new Dictionary<string, string> { ["U"] = "secret", ["P"] = "p@ss" };
        var location = ManifestLocation.Of(stream, "amd64", request, secrets);
        Assert.Equal(new ManifestLocation(new("https://host/amd64.git", "me", "p@ss"), "users/bob/own", "https://$U:$P@host/$ARCH.git"), location);
    }

    [Theory]
    [InlineData("https://me:geheim@host/$ARCH.git", "https://host/$ARCH.git")]
    [InlineData("https://$U:$P@host/x.git", "https://$U:$P@host/x.git")]
    [InlineData("ssh://git@host/x.git", "ssh://git@host/x.git")]
    public void Passwords_that_stand_in_the_configuration_do_not_go_into_images(string url, string expected) =>
        Assert.Equal(expected, ManifestLocation.Of(Stream(url), "amd64", none, none).PublicUrl);

    [Theory]
    [InlineData("dir:///srv/m", "x", "/srv/m/x")]
    [InlineData("dir:///srv/m/", "/x/", "/srv/m/x")]
    [InlineData("dir:/srv/m", "", "/srv/m")]
    [InlineData("dir://host/srv", "", "/srv")]
    public void Directories_of_this_machine(string url, string directory, string expected) =>
        Assert.Equal(new ManifestLocation(null, expected, url), ManifestLocation.Of(Stream(url, directory), "amd64", none, none));

    [Theory]
    [InlineData("", "")]
    [InlineData("$NONE", "")]
    [InlineData("dir:x", "")]
    [InlineData("dir:///srv", "a/../../etc")]
    [InlineData("https://h/x.git", "..")]
    [InlineData("https://h/${IMAGE_STREAM[/9:]}.git", "")]
    public void What_is_no_location(string url, string directory) =>
        Assert.Throws<StreamException>(() => ManifestLocation.Of(Stream(url, directory), "amd64", none, none));

    [Fact]
    public void Users_and_members_of_groups_may_build()
    {
        var stream = new ManifestStream("s", new() { BuilderUsers = new HashSet<string> { "bob" }, BuilderGroups = new HashSet<string> { "team" } });
        Assert.True(stream.IsOpenTo("bob", new HashSet<string>()));
        Assert.True(stream.IsOpenTo("eve", new HashSet<string> { "x", "team" }));
        Assert.False(stream.IsOpenTo("eve", new HashSet<string> { "x" }));
        Assert.False(new BootstrapStream("s", new()).IsOpenTo("bob", new HashSet<string> { "team" }));
    }
}
